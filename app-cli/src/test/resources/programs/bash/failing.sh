echo "before the failure"
exit 3
