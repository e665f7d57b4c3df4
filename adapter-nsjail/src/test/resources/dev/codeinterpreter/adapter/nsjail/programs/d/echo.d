import std.stdio;

void main(string[] arguments)
{
    writeln("Grüße, 日本 😀");
    foreach (argument; arguments[1 .. $])
    {
        writeln("[", argument, "]");
    }
    foreach (line; stdin.byLine())
    {
        writeln("<", line, ">");
    }
    writeln("end of input");
}
