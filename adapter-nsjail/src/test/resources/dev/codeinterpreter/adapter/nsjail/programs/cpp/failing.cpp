#include <iostream>
#include <stdexcept>

int main() {
    std::cout << "before the failure" << std::endl;
    throw std::runtime_error("on purpose");
}
