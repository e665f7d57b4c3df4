import std.stdio;

void main(string[] arguments)
{
    writeln("hello from d");
    foreach (argument; arguments[1 .. $])
    {
        writeln("argument: ", argument);
    }
    size_t bytes;
    foreach (chunk; stdin.byChunk(4096))
    {
        bytes += chunk.length;
    }
    writeln("end of input after ", bytes, " bytes");
}
