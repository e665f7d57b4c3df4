<?php
echo "Grüße, 日本 😀\n";
foreach (array_slice($argv, 1) as $argument) {
    echo "[$argument]\n";
}
while (($line = fgets(STDIN)) !== false) {
    echo "<" . rtrim($line) . ">\n";
}
echo "end of input\n";
