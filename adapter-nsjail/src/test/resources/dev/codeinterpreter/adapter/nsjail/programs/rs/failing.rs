fn main() {
    println!("before the failure");
    panic!("on purpose");
}
