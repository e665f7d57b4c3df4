package dev.codeinterpreter.adapter.nsjail;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a waiting Python has imported. A copy costs time in proportion to the memory its parent has mapped, so a program that
 * imports nothing should not get a copy of everything.
 */
enum PythonTier {
    /** The interpreter alone. */
    BARE(
            "python",
            List.of("json", "re", "math", "datetime", "collections", "itertools", "functools", "pathlib", "random")),
    /** Numbers and tables. */
    DATA("python-data", List.of("numpy", "numpy.random", "pandas")),
    /** What is usual in data science, and slow to import. */
    SCIENCE(
            "python-science",
            List.of(
                    "numpy",
                    "numpy.random",
                    "pandas",
                    "matplotlib",
                    "matplotlib.pyplot",
                    "matplotlib.backends.backend_agg",
                    "scipy.stats",
                    "scipy.optimize",
                    "sklearn.linear_model"));

    private static final Set<String> DATA_PACKAGES = Set.of("numpy", "pandas");

    private static final Set<String> SCIENCE_PACKAGES =
            Set.of("matplotlib", "scipy", "sklearn", "seaborn", "statsmodels", "skimage", "networkx", "plotly");

    /** A line that imports: {@code import a.b as c, d} or {@code from a.b import c}. A string that looks so costs nothing but time. */
    private static final Pattern IMPORT =
            Pattern.compile("^[ \\t]*(?:from[ \\t]+([\\w.]+)|import[ \\t]+(.+))", Pattern.MULTILINE);

    private static final Pattern NAME = Pattern.compile("(?:^|,)\\s*(\\w+)");

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> modules;

    PythonTier(String label, List<String> modules) {
        this.label = label;
        this.modules = modules;
    }

    String label() {
        return label;
    }

    List<String> modules() {
        return modules;
    }

    /** The smallest tier that has what the source imports and is slow to import. */
    static PythonTier of(String source) {
        PythonTier tier = BARE;
        Matcher line = IMPORT.matcher(source);
        while (line.find()) {
            String module = line.group(1);
            if (module != null) {
                tier = max(tier, ofPackage(topLevel(module)));
            } else {
                Matcher name = NAME.matcher(line.group(2));
                while (name.find()) {
                    tier = max(tier, ofPackage(name.group(1)));
                }
            }
            if (tier == SCIENCE) {
                return tier;
            }
        }
        return tier;
    }

    private static String topLevel(String module) {
        int dot = module.indexOf('.');
        return dot < 0 ? module : module.substring(0, dot);
    }

    private static PythonTier ofPackage(String name) {
        if (SCIENCE_PACKAGES.contains(name)) {
            return SCIENCE;
        }
        return DATA_PACKAGES.contains(name) ? DATA : BARE;
    }

    private static PythonTier max(PythonTier one, PythonTier other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
