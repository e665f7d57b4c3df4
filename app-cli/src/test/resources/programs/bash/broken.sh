echo "printed"

if then
