#include <iostream>
int main() {
    return unknown;
}
