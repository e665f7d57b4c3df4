<?php
echo "before the failure\n";
throw new RuntimeException("on purpose");
