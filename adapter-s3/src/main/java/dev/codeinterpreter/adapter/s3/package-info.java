/** Bytes of files in an S3 object store, for any number of processes at a time. */
@NullMarked
package dev.codeinterpreter.adapter.s3;

import org.jspecify.annotations.NullMarked;
