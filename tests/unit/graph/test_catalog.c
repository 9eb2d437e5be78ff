#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph/classify.h"
#include "model/error_catalog.h"

/* What a person is told and what is done have to agree, row by row. */
static void test_catalog_explains_every_rule(void **state)
{
    (void)state;
    size_t count;
    const struct classify_rule *rules = classify_rules(&count);
    for (size_t i = 0; i < count; i++) {
        const struct classify_rule *r = &rules[i];
        int code = r->code == CODE_ANY ? 424242 : r->code;
        int subcode = r->subcode == SUBCODE_ANY ? 987654321 : r->subcode;
        const struct error_entry *e = error_catalog_find(code, subcode, r->text, 400);
        if (e->error_class != r->error_class) {
            fail_msg("%d/%d (%s): \"%s\" says %s, the classifier %s", code, subcode, r->note,
                     e->title, error_class_name(e->error_class), error_class_name(r->error_class));
        }
        assert_string_not_equal(e->title, "Unknown error");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalog_explains_every_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
