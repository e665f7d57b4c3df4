package main
func main() {
	var value int = "text"
}
