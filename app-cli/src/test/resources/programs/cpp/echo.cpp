#include <iostream>

int main(int count, char **arguments) {
    std::cout << "hello from cpp" << std::endl;
    for (int i = 1; i < count; i++) {
        std::cout << "argument: " << arguments[i] << std::endl;
    }
    long bytes = 0;
    while (std::cin.get() != std::char_traits<char>::eof()) {
        bytes++;
    }
    std::cout << "end of input after " << bytes << " bytes" << std::endl;
}
