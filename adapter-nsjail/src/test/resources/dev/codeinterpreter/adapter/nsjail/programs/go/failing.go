package main

import "fmt"

func main() {
	fmt.Println("before the failure")
	panic("on purpose")
}
