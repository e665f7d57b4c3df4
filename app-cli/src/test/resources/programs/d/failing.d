import std.stdio;

void main()
{
    writeln("before the failure");
    stdout.flush();
    throw new Exception("on purpose");
}
