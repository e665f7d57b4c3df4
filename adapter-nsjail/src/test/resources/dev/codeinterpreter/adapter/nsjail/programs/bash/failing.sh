echo "before the failure"
set -e
ls /missing
