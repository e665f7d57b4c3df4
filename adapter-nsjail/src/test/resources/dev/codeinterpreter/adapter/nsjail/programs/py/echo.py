import sys

print("Grüße, 日本 😀")
for argument in sys.argv[1:]:
    print(f"[{argument}]")
for line in sys.stdin:
    print(f"<{line.rstrip()}>")
print("end of input")
