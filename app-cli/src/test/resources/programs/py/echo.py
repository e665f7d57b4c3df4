import sys

print("hello from py")
for argument in sys.argv[1:]:
    print("argument:", argument)
print("end of input after", len(sys.stdin.buffer.read()), "bytes")
