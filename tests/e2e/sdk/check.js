// The official client against adtop-sim: what it lists has to be the simulator's own truth.
// Usage: node check.js BASE_URL; ends with "N passed, N failed" and exit code 1 when any failed.
'use strict';
const assert = require('node:assert/strict');
const sdk = require('facebook-nodejs-business-sdk');
const {FacebookAdsApi, FacebookAdsApiBatch, User, AdAccount, Campaign, AdSet, Ad} = sdk;

const base = process.argv[2];
const TOKEN = 'sdk-token';
Object.defineProperty(FacebookAdsApi, 'GRAPH', {get: () => base});
const api = FacebookAdsApi.init(TOKEN, 'en_US', false);

// Statuses that a listing shows of its own accord.
const SHOWN = (status) => status !== 'ARCHIVED' && status !== 'DELETED';
const FIELDS = ['id', 'name', 'status', 'effective_status', 'updated_time'];
const truths = {};

async function control(path) {
  const response = await fetch(base + path);
  assert.equal(response.status, 200, path);
  return response.json();
}

async function truth(account) {
  truths[account] ??= (await control(`/sim/truth?entities=1&account=${account}`)).accounts[0];
  return truths[account];
}

// Every page of a cursor, as the client walks them.
async function pages(cursor) {
  const rows = [...cursor];
  let count = 1;
  while (cursor.hasNext()) {
    await cursor.next();
    rows.push(...cursor);
    count++;
  }
  return {rows, count};
}

async function heaviest() {
  const {rows} = await pages(await new User('me').getAdAccounts(['id'], {limit: 5}));
  return rows[0].id;
}

// "12.34" -> 12340000n: money never through a float.
function micros(text) {
  const [whole, part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(6, '0'));
}

async function checkListing(list, kind) {
  const account = await heaviest();
  const known = (await truth(account)).list.filter((e) => e.kind === kind);
  const open = await pages(await list(new AdAccount(account), FIELDS, {limit: 50}));
  const expected = known.filter((e) => SHOWN(e.effective_status));
  assert.equal(open.count, Math.max(1, Math.ceil(expected.length / 50)), 'pages of 50');
  assert.deepEqual(open.rows.map((e) => e.id).sort(), expected.map((e) => e.id).sort());
  for (const row of open.rows) {
    const entity = known.find((e) => e.id === row.id);
    assert.equal(row.effective_status, entity.effective_status);
    assert.equal(Date.parse(row.updated_time), Math.floor(entity.updated_ms / 1000) * 1000);
  }
  const archived = await pages(
    await list(new AdAccount(account), ['id'], {effective_status: ['ARCHIVED'], limit: 500}));
  assert.equal(archived.rows.length,
    known.filter((e) => e.effective_status === 'ARCHIVED').length, 'archived when asked for');
}

function day(offset, today) {
  const at = new Date(`${today}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + offset);
  return at.toISOString().slice(0, 10);
}

async function insightParams(account) {
  const known = await truth(account);
  return {
    level: 'ad', time_increment: 1, limit: 200,
    time_range: {since: day(-7, known.today), until: day(-1, known.today)},
    // all of them: deleted ads carry spend of their account's total
    filtering: [{field: 'ad.effective_status', operator: 'IN', value: [
      'ACTIVE', 'PAUSED', 'DELETED', 'PENDING_REVIEW', 'DISAPPROVED', 'PREAPPROVED',
      'PENDING_BILLING_INFO', 'CAMPAIGN_PAUSED', 'ARCHIVED', 'ADSET_PAUSED', 'IN_PROCESS',
      'WITH_ISSUES']}],
  };
}

const METRICS = ['ad_id', 'spend', 'impressions', 'clicks', 'actions'];

// Rows summed by day are the truth to the micro.
async function checkRows(account, rows) {
  const known = await truth(account);
  const keys = new Set(rows.map((r) => `${r.ad_id} ${r.date_start}`));
  assert.equal(keys.size, rows.length, 'no row twice');
  for (let offset = -7; offset <= -1; offset++) {
    const date = day(offset, known.today);
    const mine = rows.filter((r) => r.date_start === date && r.date_stop === date);
    const day_ = known.days.find((d) => d.date === date) ??
      {spend_micros: 0, impressions: 0, clicks: 0, actions: {}};
    assert.equal(mine.reduce((n, r) => n + micros(r.spend), 0n), BigInt(day_.spend_micros), date);
    assert.equal(mine.reduce((n, r) => n + Number(r.impressions), 0), day_.impressions, date);
    assert.equal(mine.reduce((n, r) => n + Number(r.clicks), 0), day_.clicks, date);
    const links = mine.flatMap((r) => r.actions ?? []).filter((a) => a.action_type === 'link_click');
    assert.equal(links.reduce((n, a) => n + Number(a.value), 0), day_.actions.link_click ?? 0, date);
  }
}

async function rejects(promise, code, subcode) {
  const error = await promise.then(() => null, (e) => e);
  assert.ok(error, 'it should have been refused');
  assert.equal(error.name, 'FacebookRequestError');
  assert.equal(error.response.code, code);
  assert.equal(error.response.error_subcode, subcode);
  return error;
}

const checks = {
  async 'accounts, page by page'() {
    const cursor = await new User('me').getAdAccounts(
      ['id', 'account_id', 'name', 'currency', 'timezone_name', 'account_status'], {limit: 5});
    const {rows, count} = await pages(cursor);
    const known = (await control('/sim/truth')).accounts;
    assert.equal(count, 3);
    assert.deepEqual(rows.map((a) => a.id), known.map((a) => a.account_id));
    rows.forEach((row, i) => {
      assert.equal(row.id, `act_${row.account_id}`);
      assert.equal(row.currency, known[i].currency);
      assert.equal(row.timezone_name, known[i].timezone_name);
      assert.equal(row.account_status, known[i].account_status);
      assert.ok(row.name.length > 0);
    });
  },
  async 'campaigns'() {
    await checkListing((account, ...rest) => account.getCampaigns(...rest), 'campaign');
  },
  async 'ad sets'() {
    await checkListing((account, ...rest) => account.getAdSets(...rest), 'adset');
  },
  async 'ads'() {
    await checkListing((account, ...rest) => account.getAds(...rest), 'ad');
  },
  async 'objects by id, and what hangs on them'() {
    const account = await heaviest();
    const [campaign] = await new AdAccount(account).getCampaigns(['id'], {limit: 1});
    const node = await new Campaign(campaign.id).get(['name', 'objective', 'account_id']);
    assert.equal(`act_${node.account_id}`, account);
    const sets = await pages(await node.getAdSets(['campaign_id'], {limit: 100}));
    assert.ok(sets.rows.every((e) => e.campaign_id === campaign.id));
    const ads = await pages(
      await new AdSet(sets.rows[0].id).getAds(['adset_id', 'creative{id,name}'], {limit: 100}));
    assert.ok(ads.rows.every((e) => e.adset_id === sets.rows[0].id && e.creative.id));
    const ad = await new Ad(ads.rows[0].id).get(['adset_id', 'created_time']);
    assert.match(ad.created_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$/);
  },
  async 'daily insights, page by page'() {
    const account = await heaviest();
    const cursor = await new AdAccount(account).getInsights(METRICS, await insightParams(account));
    const {rows, count} = await pages(cursor);
    assert.ok(count > 1, 'several pages');
    await checkRows(account, rows);
  },
  async 'an async report'() {
    const account = await heaviest();
    const run = await new AdAccount(account)
      .getInsightsAsync(METRICS, await insightParams(account));
    assert.match(run.id, /^\d+$/); // the report_run_id of the answer
    for (let i = 0; i < 240 && run.async_status !== 'Job Completed'; i++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await run.get(['async_status', 'async_percent_completion']);
      assert.match(run.async_status, /^Job (Not Started|Started|Running|Completed)$/);
    }
    assert.equal(run.async_status, 'Job Completed');
    assert.equal(run.async_percent_completion, 100);
    const {rows} = await pages(await run.getInsights([], {limit: 200}));
    await checkRows(account, rows);
  },
  async 'a batch'() {
    const account = await heaviest();
    const ads = await new AdAccount(account).getAds(['id'], {limit: 10});
    const got = [], failed = [];
    const batch = new FacebookAdsApiBatch(api);
    for (const ad of ads) {
      batch.add('GET', [ad.id], {fields: 'id,effective_status'}, undefined,
        (response) => got.push(response), (response) => failed.push(response));
    }
    batch.add('GET', ['77'], {fields: 'id'}, undefined,
      (response) => got.push(response), (response) => failed.push(response));
    assert.equal(await batch.execute(), null, 'nothing left to retry');
    assert.deepEqual(got.map((response) => response.body.id), [...ads].map((ad) => ad.id));
    assert.equal(failed.length, 1);
    assert.equal(failed[0].error.response.error.code, 100);
    assert.equal(failed[0].error.response.error.error_subcode, 33);
  },
  async 'v24.0 is auto-upgraded and says so'() {
    assert.equal(FacebookAdsApi.VERSION, 'v24.0');
    api.setShowHeader(true);
    const accounts = await new User('me').getAdAccounts(['id']);
    api.setShowHeader(false);
    assert.match(accounts.headers['x-ad-api-version-warning'],
      /^The call has been auto-upgraded to v25\.0 as v24\.0 has been deprecated\./);
    assert.equal(accounts.headers['facebook-api-version'], 'v25.0');
  },
  async 'errors as the client knows them'() {
    const account = new AdAccount(await heaviest());
    const field = await rejects(account.getAds(['wish']), 100, undefined);
    assert.equal(field.status, 400);
    assert.match(field.message, /nonexisting field \(wish\) on node type \(Ad\)/);
    await rejects(account.getAds(['id'], {effective_status: ['DELETED']}), 100, 1815001);
    await rejects(new Campaign('77').get(['name']), 100, 33);
    const stranger = new FacebookAdsApi('another-token', 'en_US', false);
    const refused = await rejects(new AdAccount(account.id, {}, null, stranger).getAds(['id']), 190);
    assert.match(refused.headers['www-authenticate'], /^OAuth "Facebook Platform"/);
  },
};

(async () => {
  let passed = 0, failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      passed++;
      console.log(`ok    ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.stack ?? error}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
})();
