package dev.codeinterpreter.adapter.nsjail.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The method a program begins with, found by the rules of the java command (Java Language Specification, 12.1.4). */
final class MainMethod {

    /** There is none; the message is the java command's. */
    static final class NotFound extends Exception {

        private static final long serialVersionUID = 1;

        NotFound(String message) {
            super(message);
        }
    }

    private final Class<?> type;
    private final MethodHandle method;
    private final @Nullable MethodHandle constructor;
    private final boolean takesArguments;

    private MainMethod(Class<?> type, MethodHandle method, @Nullable MethodHandle constructor, boolean takesArguments) {
        this.type = type;
        this.method = method;
        this.constructor = constructor;
        this.takesArguments = takesArguments;
    }

    /** @throws NotFound when the class has none that can be started */
    static MainMethod of(String className, ClassLoader loader) throws NotFound, ReflectiveOperationException {
        if (className.isEmpty()) {
            throw new NotFound("Error: Main method not found: the source declares no class");
        }
        Class<?> type = Class.forName(className, false, loader);
        Method method = find(type, String[].class);
        if (method == null) {
            method = find(type);
        }
        if (method == null) {
            throw new NotFound("Error: Main method not found in class " + className
                    + ", please define the main method as:\n   public static void main(String[] args)\n"
                    + "or a JavaFX application class must extend javafx.application.Application");
        }
        method.setAccessible(true);
        return new MainMethod(
                type,
                MethodHandles.lookup().unreflect(method),
                Modifier.isStatic(method.getModifiers()) ? null : constructor(type),
                method.getParameterCount() == 1);
    }

    private static @Nullable Method find(Class<?> type, Class<?>... parameters) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            try {
                Method method = at.getDeclaredMethod("main", parameters);
                if (method.getReturnType() == void.class
                        && !Modifier.isPrivate(method.getModifiers())
                        && !Modifier.isAbstract(method.getModifiers())) {
                    return method;
                }
            } catch (NoSuchMethodException notHere) {
                /* perhaps in its superclass */
            }
        }
        return null;
    }

    private static MethodHandle constructor(Class<?> type) throws NotFound, IllegalAccessException {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
                .filter(each -> each.getParameterCount() == 0 && !Modifier.isPrivate(each.getModifiers()))
                .findFirst()
                .orElse(null);
        if (constructor == null || Modifier.isAbstract(type.getModifiers())) {
            throw new NotFound("Error: no non-private zero argument constructor found in class " + type.getName()
                    + "\nremove private from existing constructor or define as:\n   public " + type.getSimpleName()
                    + "()");
        }
        constructor.setAccessible(true);
        return MethodHandles.lookup().unreflectConstructor(constructor);
    }

    /** Frames of method handles do not show in traces; ours does, and is taken out by {@link #hideOwnFrames}. */
    void invoke(String[] arguments) throws Throwable {
        Class.forName(type.getName(), true, type.getClassLoader());
        MethodHandle bound = constructor == null ? method : method.bindTo(constructor.invoke());
        if (takesArguments) {
            bound.invoke(arguments);
        } else {
            bound.invoke();
        }
    }

    /** Cuts our own frames, which are the last ones, off the traces of an exception and of whatever caused it. */
    static void hideOwnFrames(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        hideOwnFrames(thrown, seen);
    }

    private static void hideOwnFrames(@Nullable Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return;
        }
        StackTraceElement[] frames = thrown.getStackTrace();
        int end = frames.length;
        while (end > 0 && isOurs(frames[end - 1])) {
            end--;
        }
        thrown.setStackTrace(Arrays.copyOf(frames, end));
        hideOwnFrames(thrown.getCause(), seen);
        for (Throwable suppressed : thrown.getSuppressed()) {
            hideOwnFrames(suppressed, seen);
        }
    }

    private static boolean isOurs(StackTraceElement frame) {
        return frame.getClassName().startsWith("dev.codeinterpreter.")
                || (frame.getClassName().equals("java.lang.Class")
                        && frame.getMethodName().startsWith("forName"));
    }
}
