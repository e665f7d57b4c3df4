#include <iostream>
#include <string>

int main(int count, char **arguments) {
    std::cout << "Grüße, 日本 😀" << std::endl;
    for (int i = 1; i < count; i++) {
        std::cout << "[" << arguments[i] << "]" << std::endl;
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << "<" << line << ">" << std::endl;
    }
    std::cout << "end of input" << std::endl;
}
