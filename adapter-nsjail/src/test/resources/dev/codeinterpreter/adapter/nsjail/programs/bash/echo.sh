echo "Grüße, 日本 😀"
for argument in "$@"; do
  echo "[$argument]"
done
while read -r line; do
  echo "<$line>"
done
echo "end of input"
