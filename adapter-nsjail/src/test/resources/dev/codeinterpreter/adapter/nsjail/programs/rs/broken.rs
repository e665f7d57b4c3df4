fn main() {
    println!("never printed");
    let _value: i32 = "text";
}
