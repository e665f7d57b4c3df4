package dev.codeinterpreter.adapter.http;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the requests that are being worked on, and lets no further ones in once the server closes. Safe for use by many threads. */
final class InFlight {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int requests;
    private boolean closing;

    /** Counts one; every call is followed by {@link #leave}. Returns false when it shall be refused. */
    boolean enter() {
        lock.lock();
        try {
            requests++;
            return !closing;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            requests--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on {@link #enter} says no. */
    void close() {
        lock.lock();
        try {
            closing = true;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is none, not longer than {@code time}; whether there is none. */
    boolean awaitNone(Duration time) throws InterruptedException {
        long nanos = time.toNanos();
        lock.lock();
        try {
            while (requests > 0) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many there are now. */
    int count() {
        lock.lock();
        try {
            return requests;
        } finally {
            lock.unlock();
        }
    }
}
