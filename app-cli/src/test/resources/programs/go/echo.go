package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	fmt.Println("hello from go")
	for _, argument := range os.Args[1:] {
		fmt.Println("argument:", argument)
	}
	input, _ := io.ReadAll(os.Stdin)
	fmt.Println("end of input after", len(input), "bytes")
}
