#include <stdio.h>

int main(int count, char **arguments) {
    puts("Grüße, 日本 😀");
    for (int i = 1; i < count; i++) {
        printf("[%s]\n", arguments[i]);
    }
    char line[100];
    while (scanf("%99[^\n]%*c", line) == 1) {
        printf("<%s>\n", line);
    }
    puts("end of input");
    return 0;
}
