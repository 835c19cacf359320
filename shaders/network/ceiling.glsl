// What the device multiplies and adds without reading anything: three sums in registers, each step of which needs the one before. The
// step is repeated in the text, since a loop around so little would count.
void main()
{
    int i = invocation();
    vec4 by = vec4(float(i) * 1e-9 + 0.999), a = vec4(0.0), b = vec4(1.0), c = vec4(2.0), more = vec4(1e-3);
    for (int k = 0; k < rounds; k++)
    {
#define STEP a = a * by + more; b = b * by + more; c = c * by + more;
#define STEPS STEP STEP STEP STEP STEP STEP STEP STEP
        STEPS STEPS STEPS STEPS
    }

    if (i < outW) write(out0 + i, a + b + c);
}
