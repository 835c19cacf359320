using System.Runtime.CompilerServices;

namespace RealtimeSeg.Tests.Support;

/// <summary>What the programs do first, for code that tests run inside the test runner.</summary>
internal static class NativeSetup
{
    [ModuleInitializer]
    internal static void Apply() => NativeSettings.Apply();
}
