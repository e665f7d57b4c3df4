package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PythonTierTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "print(1)",
                "import os, sys",
                "import json as pandas",
                "# import numpy",
                "x = 'numpy'",
                "importnumpy = 1"
            })
    void of_nothingSlowIsImported_isBare(String source) {
        assertThat(PythonTier.of(source)).isEqualTo(PythonTier.BARE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import numpy",
                "import os, numpy as np",
                "from pandas import DataFrame",
                "if True:\n\timport pandas.io.sql as s",
                "import os\r\nimport numpy\r\n",
                "print(1)\nfrom numpy.linalg import inv"
            })
    void of_numbersAndTables_isData(String source) {
        assertThat(PythonTier.of(source)).isEqualTo(PythonTier.DATA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import numpy as np\nimport matplotlib.pyplot as plt",
                "from scipy import stats",
                "import pandas, sklearn",
                "def f():\n    import seaborn as sns"
            })
    void of_plotsAndModels_isScience(String source) {
        assertThat(PythonTier.of(source)).isEqualTo(PythonTier.SCIENCE);
    }

    @Test
    void of_hostileText_isLinear() {
        String source = "import " + "a,".repeat(200_000) + "\n" + "import ".repeat(100_000);

        assertThat(PythonTier.of(source)).isEqualTo(PythonTier.BARE);
    }
}
