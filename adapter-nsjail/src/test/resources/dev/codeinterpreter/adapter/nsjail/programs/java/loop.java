void main() {
    IO.println("before the loop");
    while (true) {}
}
