/* README's table of keys is that of the keymap: each command that has a key, its keys and its
 * help, in a line of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fd.h"
#include "ui/key.h"
#include "ui/keymap.h"

/* "| `k` `Up` | the row above |"; false for a command without a key. */
static bool line_of(const struct binding *binding, char *out, size_t size)
{
    char key[16];
    int n = snprintf(out, size, "|");
    if (!binding->keys[0]) {
        return false;
    }
    for (size_t i = 0; i < BINDING_KEYS && binding->keys[i]; i++) {
        /* A bar would end the cell. */
        n += snprintf(out + n, size - (size_t)n, " `%s`", key_text(binding->keys[i], key));
    }
    snprintf(out + n, size - (size_t)n, " | %s |\n", binding->help);
    return true;
}

static void test_readme_names_every_key(void **state)
{
    char *text = NULL, line[160];
    size_t size = 0, count = 0, missing = 0;
    struct err err = {0};
    (void)state;
    assert_true(fd_read_file("README.md", 1 << 20, &text, &size, &err));
    const struct binding *bindings = keymap_table(&count);
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        if (line_of(&bindings[i], line, sizeof line) && !strstr(text, line)) {
            missing++;
            print_message("README.md lacks: %s", line);
        }
    }
    free(text);
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readme_names_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
