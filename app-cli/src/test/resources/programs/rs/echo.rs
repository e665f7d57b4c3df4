use std::io::Read;

fn main() {
    println!("hello from rs");
    for argument in std::env::args().skip(1) {
        println!("argument: {argument}");
    }
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    println!("end of input after {} bytes", input.len());
}
