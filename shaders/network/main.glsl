// Kernels that make one texel at a time.
void main()
{
    int i = invocation();
    if (i >= outBlocks * outH * outW) return;
    int x = i % outW, y = (i / outW) % outH, block = i / (outW * outH);
    store(at(block, y, x), block, y * outW + x);
}
