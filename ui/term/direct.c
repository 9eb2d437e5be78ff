#include "ui/term/direct.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

const char direct_name[] = "adtop-direct";

/* term(5): the format with numbers of 32 bits, little endian, -1 = absent. */
enum {
    MAGIC = 01036,
    COLOURS = 0x1000000,
    PAIRS = 0x7fff,
    TABLE_MAX = 12 * 1024,
    ENTRY_MAX = 20 * 1024
};

/* 0..7 and 8..15 are the palette's, the rest is split into red, green and blue. */
#define SET_COLOUR(plain, bright, rgb)                                                             \
    "\033[%?%p1%{8}%<%t" plain "%p1%d%e%p1%{16}%<%t" bright "%p1%{8}%-%d%e" rgb                    \
    ";2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m"

static const struct {
    const char *name, *text; /* NULL = not there */
} changed[] = {
    {"setaf",         SET_COLOUR("3", "9", "38")},
    {"setab",          SET_COLOUR("4",                        "10", "48")},
    {"setf",NULL},
    {"setb",               NULL                       },
    {"initc",               NULL                                             },
    {"initp",               NULL},
    {"oc",               NULL},
};

struct entry {
    unsigned char bytes[ENTRY_MAX];
    size_t length;
    bool full;
};

static void put(struct entry *entry, const void *bytes, size_t n)
{
    if (n > sizeof entry->bytes - entry->length) {
        entry->full = true;
        return;
    }
    memcpy(entry->bytes + entry->length, bytes, n);
    entry->length += n;
}

static void put_number(struct entry *entry, int64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)((uint64_t)value >> (8 * i));
        put(entry, &byte, 1);
    }
}

static void put_even(struct entry *entry)
{
    if (entry->length % 2) {
        put(entry, "", 1);
    }
}

static const char *string_of(const char *name)
{
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        if (strcmp(name, changed[i].name) == 0) {
            return changed[i].text;
        }
    }
    const char *text = tigetstr(name);
    return (intptr_t)text == -1 ? NULL : text;
}

static int number_of(const char *name)
{
    int value = tigetnum(name);
    return strcmp(name, "colors") == 0 ? COLOURS : strcmp(name, "pairs") == 0 ? PAIRS : value;
}

static size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names[n]) {
        n++;
    }
    return n;
}

/* Offsets into the table of texts, then the table. */
static void put_strings(struct entry *entry, const char *const *names, size_t *table_size)
{
    size_t used = 0;
    for (size_t i = 0; names[i]; i++) {
        const char *text = string_of(names[i]);
        put_number(entry, text ? (int64_t)used : -1, 2);
        used += text ? strlen(text) + 1 : 0;
    }
    for (size_t i = 0; names[i]; i++) {
        const char *text = string_of(names[i]);
        if (text) {
            put(entry, text, strlen(text) + 1);
        }
    }
    *table_size = used;
}

/* What has no place in the standard list: direct colour itself, and how the mouse is turned on. */
static void put_extended(struct entry *entry)
{
    static const char names[] = "RGB\0XM";
    const char *mouse = string_of("XM");
    size_t value = mouse ? strlen(mouse) + 1 : 0, strings = mouse ? 1 : 0;
    size_t table = value + (mouse ? sizeof names : 4);
    put_even(entry);
    put_number(entry, 1, 2);                          /* flags */
    put_number(entry, 0, 2);                          /* numbers */
    put_number(entry, (int64_t)strings, 2);           /* texts */
    put_number(entry, (int64_t)(2 * strings + 1), 2); /* everything in the table */
    put_number(entry, (int64_t)table, 2);
    put(entry, "\1", 1);
    put_even(entry);
    if (mouse) {
        put_number(entry, 0, 2);
    }
    put_number(entry, 0, 2); /* the names begin anew */
    if (mouse) {
        put_number(entry, 4, 2);
        put(entry, mouse, value);
    }
    put(entry, names, table - value);
}

/* $TERM's own description has to be current. */
static void describe(struct entry *entry)
{
    static const char names[] = "adtop-direct|direct colour";
    size_t flags = count_names(boolnames), numbers = count_names(numnames);
    size_t strings = count_names(strnames), table = 0;
    const size_t header[] = {MAGIC, sizeof names, flags, numbers, strings, 0};
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++) {
        put_number(entry, (int64_t)header[i], 2);
    }
    put(entry, names, sizeof names);
    for (size_t i = 0; i < flags; i++) {
        bool palette = strcmp(boolnames[i], "ccc") == 0;
        put_number(entry, !palette && tigetflag(boolnames[i]) > 0, 1);
    }
    put_even(entry);
    for (size_t i = 0; i < numbers; i++) {
        put_number(entry, number_of(numnames[i]), 4);
    }
    put_strings(entry, (const char *const *)strnames, &table);
    if (table > TABLE_MAX) {
        entry->full = true;
    }
    entry->bytes[10] = (unsigned char)(table & 0xff);
    entry->bytes[11] = (unsigned char)(table >> 8);
    put_extended(entry);
}

bool direct_wanted(void)
{
    const char *name = getenv("TERM"), *said = getenv("COLORTERM");
    bool told = said && (strcmp(said, "truecolor") == 0 || strcmp(said, "24bit") == 0);
    /* GNU screen hands on what the terminal around it says, and does not know direct colour. */
    bool screen = name && strncmp(name, "screen", 6) == 0 && !getenv("TMUX");
    return told && !screen;
}

bool direct_describe(char out[DIRECT_TEXT])
{
    static struct entry entry;
    int status = 0;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK) {
        return false;
    }
    memset(&entry, 0, sizeof entry);
    const char *name = getenv("TERM");
    bool able = tigetnum("colors") >= 256 || (name && strncmp(name, "xterm", 5) == 0);
    if (able) {
        describe(&entry);
    }
    del_curterm(cur_term);
    if (!able || entry.full) {
        return false;
    }
    char *at = out + sprintf(out, "hex:");
    for (size_t i = 0; i < entry.length; i++) {
        at += sprintf(at, "%02x", entry.bytes[i]);
    }
    return true;
}
