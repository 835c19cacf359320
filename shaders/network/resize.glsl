// Between four cells, in the order of ONNX Runtime's sums: what is rounded to bytes afterwards must not differ by the last bit.
float place(int i, float scale, float centre, int cells)
{
    precise float at = (float(i) + centre) / scale - centre;
    return clamp(at, 0.0, float(cells - 1));
}

vec4 at(int block, int y, int x)
{
    float down = place(y, scaleY, centreY, inH0), right = place(x, scaleX, centreX, inW0);
    int top = int(down), left = int(right);
    int bottom = min(top + 1, inH0 - 1), beside = min(left + 1, inW0 - 1);
    float y1 = top == bottom ? 0.5 : down - float(top), y2 = top == bottom ? 0.5 : float(bottom) - down;
    float x1 = left == beside ? 0.5 : right - float(left), x2 = left == beside ? 0.5 : float(beside) - right;
    int start = in0 + block * inH0 * inW0;
    precise vec4 sum = x2 * y2 * read(start + top * inW0 + left) + x1 * y2 * read(start + top * inW0 + beside)
        + x2 * y1 * read(start + bottom * inW0 + left) + x1 * y1 * read(start + bottom * inW0 + beside);
    return sum;
}
