echo "before the loop"
while :; do :; done
