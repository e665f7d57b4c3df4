#include <stdio.h>

int main(void) {
    puts("before the loop");
    fflush(stdout);
    for (;;) {
    }
}
