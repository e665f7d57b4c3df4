void main()
{
    int value = "text";
}
