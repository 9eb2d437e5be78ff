#include "sim/api/plan.h"

#include <string.h>

#include "sim/api/errors.h"
#include "sim/net/out.h"

static void emit_nothing(const struct emit *emit)
{
    (void)emit;
}

static const struct field_row *plan_find(const struct node_type *type, const char *name)
{
    static const struct field_row empty = {.name = "", .emit = emit_nothing};
    for (size_t i = 0; i < type->row_count; i++) {
        if ((type->rows[i].on & type->on) != 0 && strcmp(type->rows[i].name, name) == 0) {
            return &type->rows[i];
        }
    }
    for (size_t i = 0; type->known != NULL && type->known[i] != NULL; i++) {
        if (strcmp(type->known[i], name) == 0) {
            return &empty;
        }
    }
    return NULL;
}

static bool plan_rejects(struct call *call, const char *name)
{
    struct fault fault;
    return faults_match(call->sim->faults, FAULT_FIELD_REJECTED, &call->fault, call->now_ms,
                        &fault) &&
           strcmp(fault.field, name) == 0 && call_fault(call, FAULT_FIELD_REJECTED, &fault);
}

static bool plan_add(struct call *call, const struct node_type *type, const struct field *field,
                     struct plan *plan)
{
    const struct field_row *row = plan_find(type, field->name);
    if (row == NULL || plan_rejects(call, field->name)) {
        errors_reply(call->reply, GRAPH_NO_FIELD, field->name, type->name);
        return false;
    }
    if (row->emit == NULL) {
        errors_reply(call->reply, GRAPH_NO_ACCESS,
                     "Requires business_management permission to manage the object");
        return false;
    }
    struct plan_item *item = &plan->items[plan->count++];
    *item = (struct plan_item){.row = row, .field = field, .key = field->name};
    plan->has_id = plan->has_id || strcmp(field->name, "id") == 0;
    plan->weight += row->weight > 0 ? row->weight : 1;
    const struct node_type *target = row->target != NULL ? node_type_find(row->target) : NULL;
    if (target != NULL) {
        item->nested = plan_build(call, target, field->children);
        plan->weight += item->nested != NULL ? item->nested->weight : 0;
        return item->nested != NULL;
    }
    return true;
}

/* Faults that change what a field looks like without refusing it. */
static void plan_spoil(struct call *call, struct plan *plan)
{
    struct fault fault;
    if (call_fault(call, FAULT_FIELD_MISSING, &fault)) {
        size_t kept = 0;
        for (size_t i = 0; i < plan->count; i++) {
            if (strcmp(plan->items[i].key, fault.field) != 0) {
                plan->items[kept++] = plan->items[i];
            }
        }
        plan->count = kept;
    }
    if (call_fault(call, FAULT_FIELD_TYPE, &fault)) {
        const char *raw = fault.value[0] != '\0' ? fault.value : "0";
        for (size_t i = 0; i < plan->count; i++) {
            if (strcmp(plan->items[i].key, fault.field) == 0) {
                plan->items[i].raw = arena_copy(call->request->arena, raw, strlen(raw));
            }
        }
    }
    if (call_fault(call, FAULT_FIELD_UNKNOWN, &fault)) {
        const char *key = fault.field[0] != '\0' ? fault.field : "brand_new_field";
        const char *raw = fault.value[0] != '\0' ? fault.value : "{\"level\":\"beta\"}";
        plan->items[plan->count++] =
            (struct plan_item){.key = arena_copy(call->request->arena, key, strlen(key)),
                               .raw = arena_copy(call->request->arena, raw, strlen(raw))};
    }
}

struct plan *plan_build(struct call *call, const struct node_type *type, const struct field *fields)
{
    size_t room = fields_count(fields) + 1; /* one for a fault's member */
    struct plan *plan = arena_alloc(call->request->arena, sizeof *plan);
    if (plan != NULL) {
        plan->items = arena_alloc(call->request->arena, room * sizeof *plan->items);
    }
    if (plan == NULL || plan->items == NULL) {
        errors_reply(call->reply, GRAPH_UNKNOWN);
        return NULL;
    }
    plan->has_id = !type->id_always;
    for (; fields != NULL; fields = fields->next) {
        bool twice = false; /* asked for again: given once */
        for (size_t i = 0; i < plan->count; i++) {
            twice = twice || strcmp(plan->items[i].field->name, fields->name) == 0;
        }
        if (!twice && !plan_add(call, type, fields, plan)) {
            return NULL;
        }
    }
    plan_spoil(call, plan);
    return plan;
}

void plan_write(const struct plan *plan, struct emit *emit, const char *id)
{
    str_addc(emit->out, '{');
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->raw != NULL) {
            out_key(emit->out, item->key);
            out_raw(emit->out, item->raw);
            continue;
        }
        emit->item = item;
        item->row->emit(emit);
    }
    if (!plan->has_id && id != NULL) {
        out_key(emit->out, "id");
        out_string(emit->out, id);
    }
    str_addc(emit->out, '}');
}
