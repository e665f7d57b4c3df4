<?php
echo "hello from php\n";
foreach (array_slice($argv, 1) as $argument) {
    echo "argument: $argument\n";
}
echo "end of input after " . strlen(stream_get_contents(STDIN)) . " bytes\n";
