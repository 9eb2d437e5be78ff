/* why: the chain of reasons an account is not moving, with figures, ages and ends, as the governor
 * recorded them when it decided. */
#ifndef UI_WHY_H
#define UI_WHY_H

struct env;
struct subject;
struct sheet;

void why_explain(const struct env *env, const struct subject *subject, struct sheet *sheet);

#endif
