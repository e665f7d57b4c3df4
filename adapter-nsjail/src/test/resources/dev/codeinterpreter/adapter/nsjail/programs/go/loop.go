package main

import "fmt"

func main() {
	fmt.Println("before the loop")
	for {
	}
}
