<?php
echo "never printed\n";
$value = = 1;
