package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	fmt.Println("Grüße, 日本 😀")
	for _, argument := range os.Args[1:] {
		fmt.Printf("[%s]\n", argument)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Printf("<%s>\n", lines.Text())
	}
	fmt.Println("end of input")
}
