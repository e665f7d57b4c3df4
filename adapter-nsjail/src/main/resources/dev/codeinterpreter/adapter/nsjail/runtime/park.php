<?php
// Prepended to the program of a PHP that is started ahead of it: waits until the program has been written into the file that PHP
// has opened already. The layout of what comes is that of an EXEC frame, see sandbox.h.
(static function (): void {
    $told = fopen('php://fd/4', 'wb');
    $control = fopen('php://fd/3', 'rb');
    stream_set_read_buffer($control, 0);
    $read = static function (int $length) use ($control): string {
        $bytes = '';
        while (strlen($bytes) < $length) {
            $part = fread($control, $length - strlen($bytes));
            if ($part === false || $part === '') {
                exit(0); // the run is given up
            }
            $bytes .= $part;
        }
        return $bytes;
    };
    fwrite($told, 'r');
    $payload = $read(unpack('N', $read(4))[1]);
    $words = array_slice(explode("\0", substr($payload, 17)), 0, unpack('n', $payload, 13)[1]);
    fclose($control);
    $GLOBALS['argv'] = $_SERVER['argv'] = $words;
    $GLOBALS['argc'] = $_SERVER['argc'] = count($words);
    $_SERVER['REQUEST_TIME_FLOAT'] = microtime(true);
    $_SERVER['REQUEST_TIME'] = (int) $_SERVER['REQUEST_TIME_FLOAT'];
    fwrite($told, 'b');
    fclose($told);
})();
