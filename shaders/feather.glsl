// A mean over a stretch of the matte, for its feather: of a straight edge, it goes from 1 to 0 over the stretch's length.
in vec2 uv;

uniform sampler2D matte;
uniform float reach;            // half the stretch, in steps
uniform vec2 along;             // a step, in uv

float mean()
{
    int steps = int(ceil(reach));
    float sum = 0.0, weights = 0.0;
    for (int i = -steps; i <= steps; i++)
    {
        float weight = clamp(reach + 0.5 - abs(float(i)), 0.0, 1.0);
        sum += weight * texture(matte, uv + along * float(i)).r;
        weights += weight;
    }

    return sum / weights;
}
