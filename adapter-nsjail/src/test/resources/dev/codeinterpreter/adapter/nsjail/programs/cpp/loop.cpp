#include <cstdio>

int main() {
    std::puts("before the loop");
    std::fflush(stdout);
    for (volatile int i = 0;; i = i + 1) {
    }
}
