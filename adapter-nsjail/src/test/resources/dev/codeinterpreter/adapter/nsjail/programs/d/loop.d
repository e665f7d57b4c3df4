import std.stdio;

void main()
{
    writeln("before the loop");
    stdout.flush();
    while (true)
    {
    }
}
