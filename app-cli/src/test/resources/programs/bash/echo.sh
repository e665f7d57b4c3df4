echo "hello from bash"
for argument in "$@"; do
  echo "argument: $argument"
done
echo "end of input after $(wc -c) bytes"
