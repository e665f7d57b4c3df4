fn main() {
    println!("Grüße, 日本 😀");
    for argument in std::env::args().skip(1) {
        println!("[{argument}]");
    }
    for line in std::io::stdin().lines() {
        println!("<{}>", line.unwrap());
    }
    println!("end of input");
}
