/* Checks that go on after a failure; main returns check_failures(). */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

static unsigned checks_done, checks_failed;

#define CHECK(holds, ...)                                                       \
    do {                                                                        \
        checks_done++;                                                          \
        if (!(holds)) {                                                         \
            checks_failed++;                                                    \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #holds); \
            fprintf(stderr, __VA_ARGS__);                                       \
            fputc('\n', stderr);                                                \
        }                                                                       \
    } while (0)

/* For what the rest of the test cannot do without. */
#define REQUIRE(holds, ...)      \
    do {                         \
        CHECK(holds, __VA_ARGS__); \
        if (checks_failed > 0) { \
            exit(1);             \
        }                        \
    } while (0)

static int check_failures(const char *what) {
    printf("%s: %u checks, %u failed\n", what, checks_done, checks_failed);
    return checks_failed == 0 ? 0 : 1;
}

#endif
