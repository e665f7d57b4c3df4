package dev.codeinterpreter.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How files get into and out of any {@link Sandbox}. Needs bash and coreutils. */
@Timeout(180)
public interface SandboxFilesContract {

    /** The port under test. */
    SandboxPort port();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.txt",
                "d/e/f.txt",
                "résumé 日本 😀.txt",
                "d i r/-rf",
                "quote'\"$(id)`*?",
                "line\nbreak",
                ".hidden/.x",
                "1/2/3/4/5/6/7/8/9/10",
                "..x..y"
            })
    default void put_anyName_isReadByTheProgramAndFetched(String name) throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, name, "content\n");

            Runs.run(sandbox, Runs.program("cat -- \"$1\"", name)).succeeded().wrote("content\n");

            assertThat(Runs.listing(sandbox)).containsExactly(name + " 8");
            assertThat(Runs.fetch(sandbox, name)).isEqualTo("content\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 5_000_000})
    default void putAndFetch_anySize_isTheSame(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try (Sandbox sandbox = Runs.open(port())) {
            sandbox.put(new FileName("in"), size, false, new ByteArrayInputStream(bytes));

            Runs.run(sandbox, "cp in out && cmp in out && wc -c < in")
                    .succeeded()
                    .wrote(size + "\n");

            ByteArrayOutputStream target = new ByteArrayOutputStream();
            sandbox.fetch(new FileName("out"), size, target);
            assertThat(target.toByteArray()).isEqualTo(bytes);
        }
    }

    @Test
    default void put_sameNameTwice_theSecondIsThere() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "d/a", "the first one, which is longer");
            Runs.put(sandbox, "d/a", "second");

            Runs.run(sandbox, "cat d/a").succeeded().wrote("second");
            assertThat(Runs.listing(sandbox)).containsExactly("d/a 6");
        }
    }

    @Test
    default void put_content_isNotClosed() throws IOException {
        boolean[] closed = {false};
        InputStream content = new ByteArrayInputStream(new byte[10]) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        try (Sandbox sandbox = Runs.open(port())) {
            sandbox.put(new FileName("a"), 10, false, content);
        }
        assertThat(closed[0]).isFalse();
    }

    @Test
    default void put_fileAndItsDirectory_belongToTheProgram() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "d/a", "1\n");

            Runs.run(
                            sandbox,
                            "echo 2 >> d/a; echo new > d/b; mv d/a d/c; chmod 600 d/c; cat d/c; rm d/b; rmdir d || true")
                    .exited(0);

            assertThat(Runs.listing(sandbox)).containsExactly("d/c 4");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 11})
    default void put_otherLengthThanSaid_failsAndTheSandboxIsLost(int length) {
        try (Sandbox sandbox = Runs.open(port())) {
            assertThatThrownBy(
                            () -> sandbox.put(new FileName("a"), 10, false, new ByteArrayInputStream(new byte[length])))
                    .isInstanceOf(IOException.class);

            assertLost(sandbox);
        }
    }

    @Test
    default void put_contentFails_failsAndTheSandboxIsLost() {
        IOException failure = new IOException("store went away");
        InputStream content = new FilterInputStream(new ByteArrayInputStream(new byte[5])) {
            @Override
            public int read() throws IOException {
                throw failure;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count < 0) {
                    throw failure;
                }
                return count;
            }
        };
        try (Sandbox sandbox = Runs.open(port())) {
            assertThatThrownBy(() -> sandbox.put(new FileName("a"), 10, false, content))
                    .isSameAs(failure);

            assertLost(sandbox);
        }
    }

    @Test
    default void put_largerThanTheDirectory_refusedAndTheSandboxGoesOn() throws IOException {
        long limit = 8 * Runs.MIB;
        try (Sandbox sandbox = Runs.open(port(), Runs.LIMITS.withDiskBytes(limit))) {
            byte[] content = new byte[Math.toIntExact(2 * limit)];

            assertThatThrownBy(() ->
                            sandbox.put(new FileName("big"), content.length, false, new ByteArrayInputStream(content)))
                    .isInstanceOf(TooLargeException.class);

            Runs.put(sandbox, "small", "fits\n");
            Runs.run(sandbox, "cat small").succeeded().wrote("fits\n");
        }
    }

    @Test
    default void put_readOnlyFile_canBeReadOnly() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "ro.txt", true, "original\n");
            Runs.put(sandbox, "other.txt", "other\n");

            Runs.run(sandbox, """
                    (echo x > ro.txt) 2>/dev/null && echo written
                    (echo x >> ro.txt) 2>/dev/null && echo appended
                    chmod 777 ro.txt 2>/dev/null && echo chmodded
                    truncate -s 0 ro.txt 2>/dev/null && echo truncated
                    rm -f ro.txt 2>/dev/null && echo removed
                    mv -f other.txt ro.txt 2>/dev/null && echo replaced
                    mv -f ro.txt elsewhere.txt 2>/dev/null && echo moved
                    ln -sf other.txt ro.txt 2>/dev/null && echo linked
                    touch ro.txt 2>/dev/null && echo touched
                    cat ro.txt other.txt
                    """).succeeded().wrote("original\nother\n");

            assertThat(Runs.listing(sandbox)).containsExactly("other.txt 6", "ro.txt 9");
            assertThat(Runs.fetch(sandbox, "ro.txt")).isEqualTo("original\n");
        }
    }

    @Test
    default void put_readOnlyFileInADirectory_outlivesTheRemovalOfIt() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "skill/SKILL.md", true, "original\n");

            Runs.run(sandbox, "rm -rf skill 2>/dev/null; cat skill/SKILL.md")
                    .succeeded()
                    .wrote("original\n");

            assertThat(Runs.fetch(sandbox, "skill/SKILL.md")).isEqualTo("original\n");
        }
    }

    @Test
    default void files_untouched_isSaidOfNoChangedFile() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            for (String name : new String[] {"same", "written", "backdated", "swapped1", "swapped2", "moved", "gone"}) {
                Runs.put(sandbox, name, name.length() == 8 ? "12345678" : "content\n");
            }

            Runs.run(sandbox, """
                    echo changed > written
                    touch -r backdated /tmp/reference
                    echo changed > backdated
                    touch -r /tmp/reference backdated
                    echo changed > swapped2
                    mv swapped1 t; mv swapped2 swapped1; mv t swapped2
                    mv moved elsewhere
                    rm gone
                    echo content > made
                    cat same > /dev/null
                    """).succeeded();

            assertThat(sandbox.files())
                    .extracting(file -> file.name().value())
                    .containsExactlyInAnyOrder(
                            "same", "written", "backdated", "swapped1", "swapped2", "elsewhere", "made");
            assertThat(sandbox.files())
                    .filteredOn(SandboxFile::untouched)
                    .extracting(file -> file.name().value())
                    .isSubsetOf("same");
        }
    }

    @Test
    default void files_nothingLeft_empty() {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, "mkdir -p a/b/c").succeeded();

            assertThat(sandbox.files()).isEmpty();
        }
    }

    @Test
    default void files_nestedAndOddNames_areListedAndFetched() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, """
                    mkdir -p 'a/b c' .hidden node_modules
                    printf 1 > a/one
                    printf 22 > 'a/b c/two é😀'
                    printf 333 > .hidden/three
                    printf 4444 > node_modules/four
                    printf 55555 > $'five\\nlines'
                    : > empty
                    """).succeeded();

            assertThat(Runs.listing(sandbox))
                    .containsExactlyInAnyOrder(
                            "a/one 1",
                            "a/b c/two é😀 2",
                            ".hidden/three 3",
                            "node_modules/four 4",
                            "five\nlines 5",
                            "empty 0");
            assertThat(Runs.fetch(sandbox, "a/b c/two é😀")).isEqualTo("22");
            assertThat(Runs.fetch(sandbox, "five\nlines")).isEqualTo("55555");
            assertThat(Runs.fetch(sandbox, "empty")).isEmpty();
        }
    }

    @Test
    default void files_namesThatCannotBeTold_areLeftOut() {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, """
                    : > 'back\\slash'
                    : > $'\\xff.txt'
                    mkdir -p a/b/c/d/e/f/g/h/i/j/k && : > a/b/c/d/e/f/g/h/i/j/k/deep
                    : > fine
                    """).succeeded();

            assertThat(Runs.listing(sandbox)).containsExactly("fine 0");
        }
    }

    @Test
    default void files_permissionsTakenAway_areListedAndFetchedNonetheless() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, "mkdir d; echo in > d/f; echo out > f; chmod 000 f d/f d")
                    .succeeded();

            assertThat(Runs.listing(sandbox)).containsExactly("d/f 3", "f 4");
            assertThat(Runs.fetch(sandbox, "f")).isEqualTo("out\n");
            assertThat(Runs.fetch(sandbox, "d/f")).isEqualTo("in\n");
        }
    }

    @Test
    default void files_linksAndDevices_areNeitherListedNorFollowed() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "input", "content\n");
            Runs.run(sandbox, """
                    echo own > file
                    ln -s file link
                    ln -s /etc/passwd passwd
                    ln -s ../../etc/passwd relative
                    ln -s missing dangling
                    ln -s loop loop
                    ln -s /etc etc
                    ln -s . here
                    mkfifo pipe
                    mkdir directory
                    rm input; ln -s /etc/hostname input
                    """).succeeded();

            assertThat(Runs.listing(sandbox)).containsExactly("file 4");
            for (String name : new String[] {
                "link",
                "passwd",
                "relative",
                "dangling",
                "loop",
                "etc",
                "etc/passwd",
                "here/file",
                "pipe",
                "directory",
                "input",
                "missing",
                "file/below",
                "directory/missing"
            }) {
                ByteArrayOutputStream target = new ByteArrayOutputStream();
                assertThatThrownBy(() -> sandbox.fetch(new FileName(name), Runs.MIB, target))
                        .as(name)
                        .isInstanceOf(NotFoundException.class);
                assertThat(target.size()).isZero();
            }
            assertThat(Runs.fetch(sandbox, "file")).isEqualTo("own\n");
        }
    }

    @Test
    default void files_twoThousand_areAllListed() {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, "for ((i = 0; i < 2000; i++)); do echo $i > \"file-number-$i.txt\"; done")
                    .succeeded();

            assertThat(sandbox.files())
                    .hasSize(2000)
                    .extracting(SandboxFile::name)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    default void files_ofAProgramThatFailed_areThere() throws IOException {
        try (Sandbox sandbox = Runs.open(port(), Runs.LIMITS.withWallTime(SandboxLimitsContract.SHORT))) {
            Runs.run(sandbox, "echo partial > result; sleep 1000");

            assertThat(Runs.fetch(sandbox, "result")).isEqualTo("partial\n");
        }
    }

    @Test
    default void fetch_largerThanWanted_refusedAndTheSandboxGoesOn() throws IOException {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, "printf 0123456789 > a; truncate -s 20M sparse").succeeded();

            assertThatThrownBy(() -> sandbox.fetch(new FileName("a"), 9, OutputStream.nullOutputStream()))
                    .isInstanceOf(TooLargeException.class);
            assertThatThrownBy(() -> sandbox.fetch(new FileName("sparse"), Runs.MIB, OutputStream.nullOutputStream()))
                    .isInstanceOf(TooLargeException.class);

            ByteArrayOutputStream target = new ByteArrayOutputStream();
            sandbox.fetch(new FileName("a"), 10, target);
            assertThat(target.toString(UTF_8)).isEqualTo("0123456789");
            assertThat(Runs.fetch(sandbox, "a")).isEqualTo("0123456789");
        }
    }

    @Test
    default void fetch_targetFails_failsAndTheSandboxIsLost() {
        IOException failure = new IOException("store went away");
        OutputStream target = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw failure;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                throw failure;
            }
        };
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.run(sandbox, "head -c 3M /dev/zero > a").succeeded();

            assertThatThrownBy(() -> sandbox.fetch(new FileName("a"), 4 * Runs.MIB, target))
                    .isSameAs(failure);

            assertThatThrownBy(sandbox::files).isInstanceOf(SandboxLostException.class);
        }
    }

    private static void assertLost(Sandbox sandbox) {
        assertThatThrownBy(() -> Runs.put(sandbox, "b", "b")).isInstanceOf(SandboxLostException.class);
        assertThatThrownBy(() -> Runs.run(sandbox, "echo x")).isInstanceOf(SandboxLostException.class);
    }
}
