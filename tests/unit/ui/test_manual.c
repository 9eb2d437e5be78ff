/* The man page's list of keys is that of the keymap; `make man` rewrites it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/str.h"
#include "ui/key.h"
#include "ui/keymap.h"

#define BEGIN ".\\\" BEGIN KEYS\n"
#define END ".\\\" END KEYS\n"

static const char path[] = "data/man/adtop.1";

static void put(struct str *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        str_add(out, *c == '-' ? "\\-" : *c == '\\' ? "\\e" : (const char[]){*c, '\0'});
    }
}

static void put_binding(struct str *out, const struct binding *binding)
{
    char key[16];
    str_add(out, ".TP\n");
    for (int i = 0; i < BINDING_KEYS && binding->keys[i]; i++) {
        str_add(out, i ? ", \\fB" : "\\fB");
        put(out, key_text(binding->keys[i], key));
        str_add(out, "\\fR");
    }
    str_add(out, binding->keys[0] ? " \\fI" : "\\fI");
    put(out, binding->name);
    str_add(out, "\\fR\n");
    put(out, binding->help);
    str_add(out, "\n");
}

static void put_keys(struct str *out)
{
    size_t count = 0;
    const struct binding *bindings = keymap_table(&count);
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(group, bindings[i].group) != 0) {
            group = bindings[i].group;
            str_addf(out, ".PP\n%s:\n", group);
        }
        put_binding(out, &bindings[i]);
    }
}

static void test_manual_names_every_key(void **state)
{
    char *page = NULL;
    size_t size = 0;
    struct err err = {0};
    struct str keys, fresh;
    (void)state;
    str_init(&keys, 1 << 16);
    str_init(&fresh, 1 << 20);
    put_keys(&keys);
    assert_true(fd_read_file(path, 1 << 20, &page, &size, &err));
    char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    assert_non_null(begin);
    assert_non_null(end);
    begin += strlen(BEGIN);
    str_addf(&fresh, "%.*s%s%s", (int)(begin - page), page, str_text(&keys), end);
    const char *write = getenv("ADTOP_GOLDEN");
    if (write && strcmp(write, "write") == 0) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(str_text(&fresh), 1, fresh.len, file), fresh.len);
        assert_int_equal(fclose(file), 0);
    } else if (strcmp(page, str_text(&fresh)) != 0) {
        fail_msg("%s does not list the keymap's keys; run 'make man'", path);
    }
    str_fini(&keys);
    str_fini(&fresh);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manual_names_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
