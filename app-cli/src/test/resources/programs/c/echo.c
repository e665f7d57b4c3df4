#include <stdio.h>

int main(int count, char **arguments) {
    long bytes = 0;
    puts("hello from c");
    for (int i = 1; i < count; i++) {
        printf("argument: %s\n", arguments[i]);
    }
    while (getchar() != EOF) {
        bytes++;
    }
    printf("end of input after %ld bytes\n", bytes);
    return 0;
}
