package dev.codeinterpreter.adapter.nsjail.attack;

import dev.codeinterpreter.core.sandbox.SandboxPort;

/**
 * What no program achieves in any sandbox of this module, tried for real. Needs bash, coreutils, Python with numpy and a C compiler in
 * the sandbox, and a test that runs as root.
 */
public interface AttackContract
        extends CollectionAttackContract,
                InputAttackContract,
                KernelAttackContract,
                MemoryAttackContract,
                NeighbourAttackContract,
                ProcessAttackContract,
                ResourceAttackContract,
                SocketAttackContract,
                VisibilityAttackContract {

    @Override
    SandboxPort port();
}
