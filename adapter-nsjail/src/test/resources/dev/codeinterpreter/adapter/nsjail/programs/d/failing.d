import std.stdio;

void main()
{
    writeln("before the failure");
    throw new Exception("on purpose");
}
