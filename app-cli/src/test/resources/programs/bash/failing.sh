set -e
echo "before the failure"
cat missing.txt
